// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport;
import dev.balsa.raft.wal.fs.FileSystem;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/** Members that break a promise, each in a way that somebody's system once did. */
final class PlantedBugs {
  private PlantedBugs() {}

  // ---------------------------------------------------------------- disks

  /** A disk that says that it has synced and has not. */
  static Wiring forceLies() {
    return new Wiring() {
      @Override
      public FileSystem fileSystem(long member, FileSystem fileSystem) {
        return intercept(
            FileSystem.class,
            fileSystem,
            (name, result) ->
                result instanceof StorageFile file
                    ? without(StorageFile.class, file, "force")
                    : result);
      }
    };
  }

  /** A log that forgets to sync the directory after it made a file. */
  static Wiring directoryIsNotSynced() {
    return new Wiring() {
      @Override
      public FileSystem fileSystem(long member, FileSystem fileSystem) {
        return without(FileSystem.class, fileSystem, "syncDirectory");
      }
    };
  }

  private interface Result {
    Object of(String method, Object result);
  }

  /** The same, but what its methods return is replaced. */
  private static <T> T intercept(Class<T> type, T target, Result results) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return results.of(method.getName(), method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** The same, but this method does nothing. */
  private static <T> T without(Class<T> type, T target, String ignored) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return method.getName().equals(ignored) ? null : method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  // ---------------------------------------------------------------- logs

  /** Passes everything on. */
  private static class Engine implements LogEngine {
    final LogEngine delegate;

    Engine(LogEngine delegate) {
      this.delegate = delegate;
    }

    @Override
    public LogIdentity identity() {
      return delegate.identity();
    }

    @Override
    public RecoveredLog recover(long group) throws IOException {
      return delegate.recover(group);
    }

    @Override
    public void bootstrap(long group, SnapshotMetadata snapshot) throws IOException {
      delegate.bootstrap(group, snapshot);
    }

    @Override
    public void write(List<GroupWrite> writes) throws IOException {
      delegate.write(writes);
    }

    @Override
    public Submission submit(List<GroupWrite> writes) throws IOException {
      return delegate.submit(writes);
    }

    @Override
    public List<Entry> read(long group, IndexRange range, int maxBytes) throws IOException {
      return delegate.read(group, range, maxBytes);
    }

    @Override
    public SnapshotStore snapshots() {
      return delegate.snapshots();
    }

    @Override
    public void close() throws IOException {
      delegate.close();
    }
  }

  /** A log engine that says that a write is durable and does it with the next one. */
  static Wiring acknowledgesBeforeWriting() {
    return engines(
        engine ->
            new Engine(engine) {
              private List<GroupWrite> late = List.of();

              @Override
              public Submission submit(List<GroupWrite> writes) throws IOException {
                List<GroupWrite> now = late;
                late = writes;
                return super.submit(now);
              }

              @Override
              public List<Entry> read(long group, IndexRange range, int maxBytes)
                  throws IOException {
                super.write(late);
                late = List.of();
                return super.read(group, range, maxBytes);
              }
            });
  }

  /** A log engine that says that a write is durable before its last step, the sync. */
  static Wiring acknowledgesBeforeTheSync() {
    return engines(
        engine ->
            new Engine(engine) {
              private Submission late;

              @Override
              public Submission submit(List<GroupWrite> writes) throws IOException {
                finish();
                Submission now = super.submit(writes);
                return () -> {
                  boolean hasEnded = now.advance();
                  late = hasEnded ? null : now;
                  return true;
                };
              }

              @Override
              public List<Entry> read(long group, IndexRange range, int maxBytes)
                  throws IOException {
                finish();
                return super.read(group, range, maxBytes);
              }

              private void finish() throws IOException {
                while (late != null && !late.advance()) {
                  // The steps that were left out.
                }
                late = null;
              }
            });
  }

  /** A log engine that does not find the vote again. */
  static Wiring forgetsTheVote() {
    return engines(
        engine ->
            new Engine(engine) {
              @Override
              public RecoveredLog recover(long group) throws IOException {
                RecoveredLog log = super.recover(group);
                if (log == null) {
                  return null;
                }
                HardState state = log.hardState();
                return new RecoveredLog(
                    new HardState(state.term(), 0, state.commit()),
                    log.snapshot(),
                    log.firstIndex(),
                    log.lastIndex(),
                    log.termRuns(),
                    log.configurations());
              }
            });
  }

  private interface EngineBug {
    LogEngine in(LogEngine engine);
  }

  private static Wiring engines(EngineBug bug) {
    return new Wiring() {
      @Override
      public LogEngine logEngine(long member, LogEngine engine) {
        return bug.in(engine);
      }
    };
  }

  // ---------------------------------------------------------------- messages

  /** What is wrong on the way between a host and its transport. */
  private abstract static class MessageBug {
    Transport.Listener host;

    /** The host sends this. */
    void onSend(Transport transport, long group, Message message) {
      transport.send(group, message);
    }

    /** This arrives for the host. */
    void onArrival(long group, Message message) {
      host.onMessage(group, message);
    }
  }

  private interface MessageBugs {
    MessageBug create();
  }

  private static Wiring transports(MessageBugs bugs) {
    return new Wiring() {
      @Override
      public Transport transport(long member, Transport transport) {
        return new BuggyTransport(transport, bugs.create());
      }
    };
  }

  private record BuggyTransport(Transport delegate, MessageBug bug) implements Transport {
    @Override
    public void start(LogIdentity self, Listener listener) throws IOException {
      bug.host = listener;
      delegate.start(
          self,
          new Listener() {
            @Override
            public void onMessage(long group, Message message) {
              bug.onArrival(group, message);
            }

            @Override
            public void onUnreachable(long peer) {
              listener.onUnreachable(peer);
            }

            @Override
            public RefusedHandshake onHandshake(Handshake handshake) {
              return listener.onHandshake(handshake);
            }

            @Override
            public void onRefused(long peer, RefusedHandshake refused) {
              listener.onRefused(peer, refused);
            }

            @Override
            public SnapshotStore.Source openSnapshot(long group, EntryId snapshot)
                throws IOException {
              return listener.openSnapshot(group, snapshot);
            }
          });
    }

    @Override
    public void addPeer(long id, String address) {
      delegate.addPeer(id, address);
    }

    @Override
    public void removePeer(long id) {
      delegate.removePeer(id);
    }

    @Override
    public void send(long group, Message message) {
      bug.onSend(delegate, group, message);
    }

    @Override
    public void flush() {
      delegate.flush();
    }

    @Override
    public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {
      delegate.fetchSnapshot(request, receiver);
    }

    @Override
    public void close() {
      delegate.close();
    }
  }

  /** Takes every answer to a request for votes for a vote. */
  static Wiring countsRefusalsAsVotes() {
    return transports(
        () ->
            new MessageBug() {
              @Override
              void onArrival(long group, Message message) {
                if (message instanceof RequestVoteResponse no && !no.granted()) {
                  super.onArrival(
                      group,
                      new RequestVoteResponse(
                          no.route(), no.term(), no.preVote(), true, no.commit()));
                } else {
                  super.onArrival(group, message);
                }
              }
            });
  }

  /** A follower that acknowledges entries when they arrive. */
  static Wiring acknowledgesOnArrival() {
    return transports(
        () ->
            new MessageBug() {
              private Transport transport;

              @Override
              void onSend(Transport transport, long group, Message message) {
                this.transport = transport;
                super.onSend(transport, group, message);
              }

              @Override
              void onArrival(long group, Message message) {
                super.onArrival(group, message);
                if (message instanceof AppendEntries append && transport != null) {
                  transport.send(
                      group,
                      new AppendEntriesResponse(
                          back(append),
                          append.term(),
                          false,
                          append.prev().index() + append.entries().size(),
                          EntryId.ZERO));
                }
              }
            });
  }

  /** A leader that takes for stored what it has sent. */
  static Wiring countsWhatItSent() {
    return transports(
        () ->
            new MessageBug() {
              @Override
              void onSend(Transport transport, long group, Message message) {
                super.onSend(transport, group, message);
                if (message instanceof AppendEntries append) {
                  host.onMessage(
                      group,
                      new AppendEntriesResponse(
                          back(append),
                          append.term(),
                          false,
                          append.prev().index() + append.entries().size(),
                          EntryId.ZERO));
                }
              }
            });
  }

  /** A leader that answers reads without asking whether it still leads. */
  static Wiring readsWithoutAQuorum() {
    return transports(
        () ->
            new MessageBug() {
              @Override
              void onSend(Transport transport, long group, Message message) {
                super.onSend(transport, group, message);
                if (message instanceof Heartbeat heartbeat && heartbeat.needsAck()) {
                  host.onMessage(
                      group,
                      new HeartbeatResponse(
                          back(heartbeat), heartbeat.term(), heartbeat.round(), false));
                }
              }
            });
  }

  /** A follower that forwards a proposal and tells its client that it was refused, now and then. */
  static Wiring refusesWhatItForwards() {
    return transports(
        () ->
            new MessageBug() {
              private int forwarded;

              @Override
              void onSend(Transport transport, long group, Message message) {
                super.onSend(transport, group, message);
                if (message instanceof Propose propose && ++forwarded % 8 == 0) {
                  Refusal refusal = new Refusal(Refusal.Reason.TOO_MANY_UNCOMMITTED, propose.to());
                  host.onMessage(
                      group,
                      new ProposeResponse(
                          back(propose),
                          propose.term(),
                          propose.first(),
                          propose.payloads().size(),
                          ProposeResult.refused(refusal)));
                }
              }
            });
  }

  /** Members that cannot be voted for. */
  static Wiring losesVotes() {
    return transports(
        () ->
            new MessageBug() {
              @Override
              void onArrival(long group, Message message) {
                if (!(message instanceof RequestVoteResponse)) {
                  super.onArrival(group, message);
                }
              }
            });
  }

  private static Route back(Message message) {
    MemberId to = message.route().to();
    return new Route(to, message.route().from());
  }

  // ---------------------------------------------------------------- state machines

  /** Counts something that is not in the log: how many machines there are. */
  static final class Nondeterministic extends Ledger {
    private static final ThreadLocal<Long> MADE = ThreadLocal.withInitial(() -> 0L);
    private long number;

    Nondeterministic() {
      MADE.set(MADE.get() + 1);
      number = MADE.get();
    }

    @Override
    public void apply(Batch<Long> batch) {
      super.apply(batch);
      number += batch.size();
    }

    @Override
    public Snapshot snapshot() {
      Snapshot ledger = super.snapshot();
      long noted = number;
      return out -> {
        ledger.writeTo(out);
        out.write((int) noted);
      };
    }
  }

  /** Leaves out of its snapshots who was there last. */
  static final class Forgetful extends Ledger {
    @Override
    public void restore(InputStream in) throws IOException {
      super.restore(in);
      forgetLast();
    }
  }
}
