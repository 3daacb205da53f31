// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import dev.balsa.examples.kv.proto.CompactionRequest;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.TxnRequest;
import dev.balsa.examples.kv.store.State;
import dev.balsa.examples.kv.store.Store;
import dev.balsa.examples.kv.store.Writer;
import dev.balsa.raft.spi.StateMachine;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The replicated state machine of the key-value service.
 *
 * <p><b>Threads.</b> Commands are applied by one thread at a time; {@link #state} and {@link
 * #members} may be called by any and never wait.
 */
public final class KvMachine implements StateMachine<Result> {
  /** Begins every snapshot: "BKV" and the version of the format. */
  private static final int MAGIC = 0x424b5601;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_MEMBERS = 1 << 16;
  private static final int MAX_MEMBER_BYTES = 1 << 16;

  private final Store store = new Store();
  private final Runnable onCompacted;
  private volatile SortedMap<Long, Member> members = Collections.emptySortedMap();

  /**
   * An empty one.
   *
   * @param onCompacted called after a compaction, by the applying thread: there is something to
   *     {@link #trim}
   */
  public KvMachine(Runnable onCompacted) {
    this.onCompacted = onCompacted;
  }

  /** What the store holds after the last command applied here. */
  public State state() {
    return store.state();
  }

  /** What members have said of themselves, by id. */
  public SortedMap<Long, Member> members() {
    return members;
  }

  /** Frees space that compactions have given up; see {@link Store#trim}. */
  public boolean trim(int maxWrites) {
    return store.trim(maxWrites);
  }

  @Override
  public void apply(Batch<Result> batch) {
    Result[] results = new Result[batch.size()];
    long compacted = store.state().compactRevision();
    store.write(
        writer -> {
          for (int i = 0; i < results.length; i++) {
            results[i] = apply(batch.command(i), writer, batch.isAwaited(i));
          }
        });
    if (store.state().compactRevision() != compacted) {
      onCompacted.run();
    }
    // Told only now: whoever hears of a write must find it when he reads.
    for (int i = 0; i < results.length; i++) {
      if (batch.isAwaited(i)) {
        batch.result(i, results[i]);
      }
    }
  }

  private Result apply(byte[] command, Writer writer, boolean isAwaited) {
    try {
      return switch (command[0]) {
        case Command.PUT -> put(Command.decode(command, PutRequest.parser()), writer);
        case Command.DELETE_RANGE ->
            delete(Command.decode(command, DeleteRangeRequest.parser()), writer);
        case Command.TXN -> txn(Command.decode(command, TxnRequest.parser()), writer, isAwaited);
        case Command.COMPACT ->
            compact(Command.decode(command, CompactionRequest.parser()), writer);
        case Command.DESCRIBE_MEMBER -> describe(Command.decode(command, Member.parser()), writer);
        default ->
            // Going on would leave this member with another state than the others.
            throw new IllegalArgumentException(
                "command of unknown type " + command[0] + ": this version is too old to apply it");
      };
    } catch (RequestException e) {
      return new Result.Failure(writer.revision(), e.error());
    }
  }

  private static Result put(PutRequest request, Writer writer) throws RequestException {
    Result result = Writes.put(request, writer);
    writer.commit();
    return result;
  }

  private static Result delete(DeleteRangeRequest request, Writer writer) {
    Result result = Writes.delete(request, writer);
    writer.commit();
    return result;
  }

  private static Result txn(TxnRequest request, Writer writer, boolean isAwaited)
      throws RequestException {
    Result result = Transaction.run(request, writer, isAwaited);
    writer.commit();
    return result;
  }

  private static Result compact(CompactionRequest request, Writer writer) throws RequestException {
    if (request.getRevision() > writer.revision()) {
      throw new RequestException(KvError.FUTURE_REVISION);
    }
    if (request.getRevision() <= writer.compactRevision()) {
      throw new RequestException(KvError.COMPACTED);
    }
    writer.compact(request.getRevision());
    return new Result.Done(writer.revision());
  }

  private Result describe(Member description, Writer writer) {
    SortedMap<Long, Member> changed = new TreeMap<>(members);
    if (description.getName().isEmpty()) {
      changed.remove(description.getID());
    } else {
      changed.put(description.getID(), description);
    }
    members = Collections.unmodifiableSortedMap(changed);
    return new Result.Done(writer.revision());
  }

  @Override
  public Snapshot snapshot() {
    State state = store.state();
    SortedMap<Long, Member> members = this.members;
    return out -> write(out, state, members);
  }

  private static void write(OutputStream out, State state, SortedMap<Long, Member> members)
      throws IOException {
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, BUFFER_BYTES));
    data.writeInt(MAGIC);
    data.writeInt(members.size());
    for (Member member : members.values()) {
      byte[] bytes = member.toByteArray();
      data.writeInt(bytes.length);
      data.write(bytes);
    }
    state.writeTo(data);
    data.flush();
  }

  @Override
  public void restore(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
    int magic = data.readInt();
    if (magic != MAGIC) {
      throw new IOException(
          "not a snapshot of this version of the key-value service: it begins with "
              + Integer.toHexString(magic));
    }
    int count = data.readInt();
    if (count < 0 || count > MAX_MEMBERS) {
      throw new IOException("a snapshot with " + count + " members");
    }
    SortedMap<Long, Member> restored = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      int length = data.readInt();
      if (length < 0 || length > MAX_MEMBER_BYTES) {
        throw new IOException("a member described in " + length + " bytes");
      }
      byte[] bytes = new byte[length];
      data.readFully(bytes);
      Member member = Member.parseFrom(bytes);
      restored.put(member.getID(), member);
    }
    store.restore(data);
    members = Collections.unmodifiableSortedMap(restored);
  }
}
