// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.testkit;

import static dev.balsa.raft.testkit.SafetyViolation.require;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One real {@link RawNode} with a host made of plain lists: a disk, a state machine that remembers
 * its commands, and a wire. Every completion can be held back, so that a test decides what happens
 * between a write and its acknowledgement; by default everything completes at once.
 *
 * <p>Checks on the way what holds of a single member: the contract of {@link Ready}, and that no
 * promise leaves before the disk has it.
 */
public final class TestNode {
  /** The most turns without an input from outside: more is an endless loop. */
  private static final int MAX_TURNS = 5_000;

  /** A snapshot as a file: the state machine's commands up to there. */
  public record SnapshotFile(SnapshotMetadata metadata, List<String> commands) {}

  private final long id;
  private UnaryOperator<RaftConfig.Builder> settings;
  private long incarnation;
  private LogImage disk;
  private LogImage view;
  private RawNode raw;

  /** Null once a copy, of which it hears nothing, has taken the member's place. */
  private TraceMirror mirror;

  private long bootEpoch;
  private long lastReady;
  private Status lastStatus;

  private final Deque<Ready> writes = new ArrayDeque<>();
  private final Deque<Ready> applies = new ArrayDeque<>();
  private final Deque<FetchRequest> fetches = new ArrayDeque<>();
  private final Map<EntryId, SnapshotFile> files = new TreeMap<>();
  private List<String> commands = new ArrayList<>();
  private long machineIndex;
  private SnapshotFetch snapshotFetch;

  private final List<Ready> readies = new ArrayList<>();
  private final List<Message> sent = new ArrayList<>();
  private final List<ReadState> reads = new ArrayList<>();
  private final List<ForwardState> forwards = new ArrayList<>();
  private final List<PeerViolation> violations = new ArrayList<>();
  private Consumer<Message> wire = sent::add;
  private Consumer<Entry> onApply = entry -> {};
  private Consumer<Ready> onReady = ready -> {};
  private boolean keepReadies = true;
  private boolean holdsReadies;
  private boolean holdsWrites;
  private boolean holdsApplies;
  private boolean holdsFetches;

  private TestNode(Builder builder) {
    this.id = builder.id;
    this.settings = builder.settings;
    this.incarnation = memberId(id).incarnation();
    this.disk = new LogImage(builder.hardState, builder.snapshot);
    disk.write(new Persist(null, builder.entries, builder.hardState, null, true));
    files.put(
        builder.snapshot.id(), new SnapshotFile(builder.snapshot, builder.commandsOfSnapshot));
    restart();
  }

  // ---------------------------------------------------------------- names

  /** The member with this id, on the data directory that it has in every test. */
  public static MemberId memberId(long id) {
    return new MemberId(id, 1000 + id);
  }

  /** An entry whose command is its own name. */
  public static Entry entry(long term, long index) {
    EntryId id = new EntryId(term, index);
    return Entry.of(id, EntryType.NORMAL, id.toString().getBytes(StandardCharsets.UTF_8));
  }

  public static EntryId id(long term, long index) {
    return new EntryId(term, index);
  }

  /** The first configuration of a cluster of these members, whose incarnations nobody knows. */
  public static Membership voters(long... ids) {
    return Membership.bootstrap(Arrays.stream(ids).mapToObj(i -> Member.of(i, "")).toList());
  }

  /** The same, with every incarnation bound. */
  public static Membership boundVoters(long... ids) {
    return Membership.bootstrap(
        Arrays.stream(ids).mapToObj(i -> Member.of(i, "").bound(1000 + i)).toList());
  }

  /** The members 1 to {@code size}. */
  public static long[] ids(int size) {
    long[] ids = new long[size];
    Arrays.setAll(ids, i -> i + 1);
    return ids;
  }

  /** A member of a cluster of the members 1 to {@code size}. */
  public static Builder member(long id, int size) {
    return new Builder(id, boundVoters(ids(size)));
  }

  /** Somebody who is no member of anything yet, with an empty disk. */
  public static Builder outsider(long id) {
    return new Builder(id, Membership.NONE);
  }

  /** How a member starts. */
  public static final class Builder {
    private final long id;
    private UnaryOperator<RaftConfig.Builder> settings = config -> config;
    private HardState hardState = HardState.EMPTY;
    private SnapshotMetadata snapshot;
    private List<Entry> entries = List.of();
    private List<String> commandsOfSnapshot = List.of();

    private Builder(long id, Membership membership) {
      this.id = id;
      this.snapshot = SnapshotMetadata.bootstrap(membership);
    }

    public Builder config(UnaryOperator<RaftConfig.Builder> settings) {
      this.settings = settings;
      return this;
    }

    public Builder hardState(long term, long votedFor, long commit) {
      this.hardState = new HardState(term, votedFor, commit);
      return this;
    }

    public Builder membership(Membership membership) {
      this.snapshot = SnapshotMetadata.bootstrap(membership);
      return this;
    }

    /** The log starts with a snapshot at this entry, whose configuration stays as it was. */
    public Builder snapshotAt(long term, long index) {
      this.snapshot = new SnapshotMetadata(new EntryId(term, index), snapshot.membership());
      return this;
    }

    /** Entries of these terms follow the snapshot; the hard state's term is at least the last's. */
    public Builder terms(long... terms) {
      entries = new ArrayList<>();
      for (int i = 0; i < terms.length; i++) {
        entries.add(entry(terms[i], snapshot.index() + 1 + i));
        long term = Math.max(hardState.term(), terms[i]);
        long vote = term == hardState.term() ? hardState.votedFor() : 0;
        hardState = new HardState(term, vote, hardState.commit());
      }
      return this;
    }

    public TestNode start() {
      return new TestNode(this);
    }
  }

  // ---------------------------------------------------------------- what the test sees

  public long id() {
    return id;
  }

  /** The id and the data directory that it has now. */
  public MemberId memberId() {
    return new MemberId(id, incarnation);
  }

  public RawNode raw() {
    return raw;
  }

  public boolean isUp() {
    return raw != null;
  }

  public Status status() {
    return raw.status();
  }

  public RoleType role() {
    return raw.status().role();
  }

  public boolean leads() {
    return isUp() && role() == RoleType.LEADER;
  }

  public long term() {
    return raw.status().hardState().term();
  }

  public long commit() {
    return raw.status().hardState().commit();
  }

  /** What would be found after a crash now. */
  public LogImage disk() {
    return disk;
  }

  /** What will be on the disk once all writes under way are done. */
  public LogImage view() {
    return view;
  }

  /** The terms of all entries in the log, in order. */
  public long[] logTerms() {
    return view.entries().stream().mapToLong(Entry::term).toArray();
  }

  /** The commands in the state machine, in the order in which it took them. */
  public List<String> commands() {
    return List.copyOf(commands);
  }

  public long machineIndex() {
    return machineIndex;
  }

  public List<PeerViolation.Kind> violations() {
    return violations.stream().map(PeerViolation::kind).toList();
  }

  public List<ReadState> reads() {
    return reads;
  }

  public List<ForwardState> forwards() {
    return forwards;
  }

  public SnapshotFetch snapshotFetch() {
    return snapshotFetch;
  }

  public SnapshotFile file(EntryId snapshot) {
    return files.get(snapshot);
  }

  public int writesUnderWay() {
    return writes.size();
  }

  public int appliesUnderWay() {
    return applies.size();
  }

  public int fetchesUnderWay() {
    return fetches.size();
  }

  /** Every Ready so far. */
  public List<Ready> readies() {
    return readies;
  }

  public List<Message> sent() {
    return sent;
  }

  /** What of this type was sent since it was last asked for. */
  public <T extends Message> List<T> takeSent(Class<T> type) {
    List<T> taken = sent.stream().filter(type::isInstance).map(type::cast).toList();
    sent.removeIf(type::isInstance);
    return taken;
  }

  /** The one message of this type that was sent since it was last asked for. */
  public <T extends Message> T takeOnly(Class<T> type) {
    List<T> taken = takeSent(type);
    if (taken.size() != 1) {
      throw new AssertionError("one " + type.getSimpleName() + " expected: " + taken + ", " + sent);
    }
    return taken.get(0);
  }

  // ---------------------------------------------------------------- inputs

  /** As another member speaks to this one. */
  public Peer peer(long from) {
    return Peer.of(from, id);
  }

  /** Takes these messages one after another, and does what follows from each. */
  public TestNode receive(Message... messages) {
    for (Message message : messages) {
      raw.step(message);
      settle();
    }
    return this;
  }

  public TestNode tick(int ticks) {
    for (int i = 0; i < ticks; i++) {
      raw.tick(0);
      settle();
    }
    return this;
  }

  public TestNode campaign() {
    raw.campaign();
    return settle();
  }

  /** Wins an election by the votes of all others, played by hand, and forgets what it sent. */
  public TestNode becomeLeader() {
    campaign();
    long term = role() == RoleType.PRE_CANDIDATE ? term() + 1 : term();
    List<Member> members = status().membership().members();
    for (Member member : members) {
      if (member.id() != id && role() == RoleType.PRE_CANDIDATE) {
        receive(peer(member.id()).preVotes(term, true));
      }
    }
    for (Member member : members) {
      if (member.id() != id && role() == RoleType.CANDIDATE) {
        receive(peer(member.id()).votes(term, true));
      }
    }
    require(role() == RoleType.LEADER, () -> "not elected: " + status());
    sent.clear();
    return this;
  }

  public ProposeResult propose(String... proposals) {
    ProposeResult result =
        raw.propose(Arrays.stream(proposals).map(p -> p.getBytes(StandardCharsets.UTF_8)).toList());
    settle();
    return result;
  }

  /** Changes the configuration. */
  public ProposeResult change(MembershipChange change) {
    ProposeResult result = raw.proposeMembership(change);
    settle();
    return result;
  }

  public ProposeResult leaveJoint(EntryId expected) {
    ProposeResult result = raw.leaveJoint(expected);
    settle();
    return result;
  }

  public Refusal forward(long sequence, String command) {
    Refusal refusal =
        raw.forward(
            new RequestId(bootEpoch, sequence), List.of(command.getBytes(StandardCharsets.UTF_8)));
    settle();
    return refusal;
  }

  public Refusal readIndex(long sequence) {
    Refusal refusal = raw.readIndex(new RequestId(bootEpoch, sequence));
    settle();
    return refusal;
  }

  public Refusal transferTo(long target) {
    Refusal refusal = raw.transferLeadership(target);
    settle();
    return refusal;
  }

  public Refusal requestSnapshot() {
    Refusal refusal = raw.requestSnapshot();
    settle();
    return refusal;
  }

  /** What the state machine held is gone, as if its own store were damaged. */
  public TestNode damageMachine() {
    commands = new ArrayList<>(List.of("damaged"));
    return this;
  }

  /** Takes a snapshot of the state machine and keeps {@code trailing} entries before it. */
  public boolean snapshot(int trailing) {
    if (machineIndex <= status().snapshotIndex() || applies.size() > 0) {
      return false;
    }
    SnapshotMetadata metadata = raw.snapshotMetadata(machineIndex);
    files.put(metadata.id(), new SnapshotFile(metadata, List.copyOf(commands)));
    long first = Math.max(status().firstIndex(), metadata.index() + 1 - trailing);
    boolean compacted = raw.compact(metadata, first);
    settle();
    return compacted;
  }

  /** Takes a snapshot if this leader's core says that another member waits for one. */
  public void takeWantedSnapshot() {
    if (isUp() && raw.snapshotWantedAt() > 0) {
      snapshot(3);
    }
  }

  // ---------------------------------------------------------------- what completes when

  public TestNode holdWrites(boolean hold) {
    holdsWrites = hold;
    return settle();
  }

  public TestNode holdApplies(boolean hold) {
    holdsApplies = hold;
    return settle();
  }

  public TestNode holdFetches(boolean hold) {
    holdsFetches = hold;
    return settle();
  }

  /** Nothing is taken out of the core until {@link #takeReady}. */
  public TestNode holdReadies(boolean hold) {
    holdsReadies = hold;
    return settle();
  }

  public boolean holdsReadies() {
    return holdsReadies;
  }

  public boolean holdsWrites() {
    return holdsWrites;
  }

  /** Takes one Ready that was held back, and does what it says; false if there is none. */
  public boolean takeReady() {
    boolean taken = turn();
    settle();
    return taken;
  }

  /** Every Ready from now on is shown to {@code listener} before anything is done about it. */
  public TestNode watch(Consumer<Ready> listener) {
    onReady = listener;
    return this;
  }

  TestNode sendTo(Consumer<Message> wire, Consumer<Entry> onApply) {
    this.wire = wire;
    this.onApply = onApply;
    this.keepReadies = false;
    return this;
  }

  /** Turns until nothing is left to do but what is held back. */
  public TestNode settle() {
    int turns = 0;
    boolean isBusy = isUp();
    while (isBusy) {
      require(++turns < MAX_TURNS, () -> "member " + id + " is never done: " + status());
      isBusy = !holdsReadies && turn();
      while (!holdsWrites && completeWrites(1)) {
        isBusy = true;
      }
      while (!holdsApplies && completeApply()) {
        isBusy = true;
      }
      while (!holdsFetches && completeFetch()) {
        isBusy = true;
      }
    }
    return this;
  }

  /** Does what one Ready says, if there is one. */
  private boolean turn() {
    if (!ContractChecks.hasReady(raw)) {
      return false;
    }
    Ready ready = raw.ready();
    onReady.accept(ready);
    ContractChecks.onReady(this, ready, ++lastReady);
    if (keepReadies) {
      readies.add(ready);
    }
    Status status = raw.status();
    ContractChecks.onTurn(lastStatus, status, view, ready);
    lastStatus = status;
    ready.messages().forEach(wire);
    view.write(ready.persist());
    if (mirror != null) {
      mirror.check(ready);
      mirror.check(status);
      if (!ready.persist().isEmpty()) {
        mirror.check(view);
      }
    }
    writes.add(ready);
    if (ready.restore() != null || !ready.committed().isEmpty()) {
      applies.add(ready);
    }
    fetches.addAll(ready.fetches());
    reads.addAll(ready.reads());
    forwards.addAll(ready.forwards());
    violations.addAll(ready.violations());
    if (ready.snapshotFetch() != null) {
      snapshotFetch = ready.snapshotFetch();
    }
    return true;
  }

  /** Completes the writes of the next {@code count} Readys by one sync; false if there is none. */
  public boolean completeWrites(int count) {
    List<Ready> done = new ArrayList<>();
    while (done.size() < count && !writes.isEmpty()) {
      done.add(writes.poll());
    }
    for (Ready ready : done) {
      disk.write(ready.persist());
      for (Message message : ready.messagesAfterPersist()) {
        ContractChecks.onPromise(message, disk, raw.status());
        wire.accept(message);
      }
    }
    if (!done.isEmpty()) {
      raw.onPersisted(done.get(done.size() - 1).number());
      if (mirror != null) {
        mirror.checkDurable(disk);
      }
    }
    return !done.isEmpty();
  }

  /** The state machine takes the next batch; false if there is none. */
  public boolean completeApply() {
    Ready ready = applies.poll();
    if (ready == null) {
      return false;
    }
    if (ready.restore() != null) {
      SnapshotFile file = files.get(ready.restore().id());
      require(file != null, () -> "no such snapshot: " + ready.restore().id());
      restore(file);
    }
    for (Entry entry : ready.committed()) {
      require(
          entry.index() == machineIndex + 1, () -> "applies " + entry + " after " + machineIndex);
      onApply.accept(entry);
      machineIndex++;
      if (entry.type() == EntryType.NORMAL) {
        commands.add(new String(entry.data(), StandardCharsets.UTF_8));
      }
    }
    raw.onApplied(machineIndex);
    return true;
  }

  private void restore(SnapshotFile file) {
    commands = new ArrayList<>(file.commands());
    machineIndex = file.metadata().index();
  }

  /** The oldest fetch is answered from the disk; false if there is none. */
  public boolean completeFetch() {
    FetchRequest request = fetches.poll();
    if (request == null) {
      return false;
    }
    raw.onFetched(request, disk.read(request.range(), request.maxBytes()));
    return true;
  }

  /** The wanted snapshot has arrived; null if it could not be had. */
  public TestNode completeSnapshotFetch(SnapshotFile file) {
    SnapshotFetch fetch = snapshotFetch;
    snapshotFetch = null;
    if (file == null) {
      raw.onSnapshotFailed(fetch.snapshot().id());
    } else {
      files.put(file.metadata().id(), file);
      raw.onSnapshotReceived(fetch.snapshot());
    }
    return settle();
  }

  // ---------------------------------------------------------------- crash and restart

  /** Dies; of the writes under way, the first {@code survivors} had reached the disk. */
  public void crash(int survivors) {
    for (int i = 0; i < survivors && !writes.isEmpty(); i++) {
      disk.write(writes.poll().persist());
    }
    raw = null;
    writes.clear();
    applies.clear();
    fetches.clear();
    snapshotFetch = null;
  }

  /** Other settings, from the next start on. */
  public TestNode settings(UnaryOperator<RaftConfig.Builder> settings) {
    this.settings = settings;
    return this;
  }

  /** A copy of the core takes its place; nobody should notice. */
  public void goOnWithCopy() {
    if (isUp()) {
      raw = raw.copy();
      mirror = null;
    }
  }

  /** The disk is replaced by an empty one, which makes it another member under the old id. */
  public void wipe() {
    incarnation += 1000;
    SnapshotMetadata nothing = SnapshotMetadata.bootstrap(Membership.NONE);
    disk = new LogImage(HardState.EMPTY, nothing);
    files.clear();
    files.put(nothing.id(), new SnapshotFile(nothing, List.of()));
  }

  /** Starts from the disk, with a state machine restored from the disk's snapshot. */
  public TestNode restart() {
    bootEpoch++;
    view = disk.copy();
    restore(files.get(disk.snapshot().id()));
    RaftConfig.Builder config =
        settings.apply(RaftConfig.builder(memberId()).seed(42).bootEpoch(bootEpoch));
    mirror = new TraceMirror();
    raw = new RawNode(config.build(), disk.recovered(), disk.snapshot().index(), mirror);
    lastReady = 0;
    lastStatus = raw.status();
    return settle();
  }
}
