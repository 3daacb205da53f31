// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.spi.LogEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what the groups promise, and vouches for it: everything that waits, of all groups, with
 * one write and one sync; while that runs, the next batch gathers.
 *
 * <p>A turn takes one step of what is under way, such as the write or the sync, so that whoever
 * turns the worker decides how long each takes and what happens in between. Nothing is vouched for
 * before the last step.
 *
 * <p>It sends the acknowledgements itself, so that a follower's answer does not wait for a turn of
 * the loop, and only then tells the loop.
 */
final class LogWorker extends WorkerAgent {
  private final HostParts parts;
  private final Mailbox mailbox;
  private final List<GroupWrite> writes = new ArrayList<>();
  private final List<Task> others = new ArrayList<>();
  private Runnable onStopped;

  /** What is being written, and waits to be vouched for; null if nothing is. */
  private Task underWay;

  /** How far the log engine is with it; null if there is nothing for it to do. */
  private LogEngine.Submission submission;

  private long submittedNanos;

  /** What the loops were told last. */
  private boolean isFull;

  LogWorker(HostParts parts) {
    super("log", parts.writes, parts);
    this.parts = parts;
    this.mailbox = parts.writes;
  }

  /**
   * Asks to close the log engine after what was handed over so far; then runs {@code onStopped}.
   */
  void stop(Runnable onStopped) {
    mailbox.add(Task.of(() -> this.onStopped = onStopped));
  }

  @Override
  int work() {
    if (underWay == null) {
      underWay = mailbox.takeAll();
      if (underWay == null) {
        return 0;
      }
      submit();
    }
    if (submission != null) {
      advance();
    }
    if (submission == null) {
      finish();
    }
    return 1;
  }

  /** Hands to the log engine what is to be written. */
  private void submit() {
    writes.clear();
    for (Task task = underWay; task != null; task = task.next) {
      if (task instanceof LogWrite write) {
        if (!write.persist.isEmpty()) {
          writes.add(new GroupWrite(write.group.id(), write.persist));
        }
      } else {
        others.add(task);
      }
    }
    if (writes.isEmpty() || parts.hasFailed()) {
      return;
    }
    submittedNanos = parts.clock.nanoTime();
    try {
      submission = parts.storage.submit(List.copyOf(writes));
    } catch (Throwable e) {
      onFailed(e);
    }
  }

  /** One step; afterwards there may be nothing left for the log engine to do. */
  private void advance() {
    try {
      if (submission.advance()) {
        submission = null;
        onWritten();
      }
    } catch (Throwable e) {
      submission = null;
      onFailed(e);
    }
  }

  private void onFailed(Throwable cause) {
    parts.fail("the log could not be written; what is on the disk is not known", cause);
  }

  private void onWritten() {
    boolean mustSync = false;
    for (int i = 0; i < writes.size(); i++) {
      mustSync |= writes.get(i).persist().mustSync();
    }
    parts.metrics.writeNanos.record(parts.clock.nanoTime() - submittedNanos);
    parts.metrics.readysPerWrite.record(writes.size());
    parts.metrics.syncs.add(mustSync ? 1 : 0);
  }

  private void finish() {
    Task written = underWay;
    underWay = null;
    vouch(written);
    // Who only waits for its turn has it now that all of this is written and sent.
    others.forEach(Task::run);
    others.clear();
    watchStorage();
    if (onStopped != null) {
      close();
    }
  }

  /** Asks for another look for room, as long as there is none. For any thread. */
  void lookForRoom() {
    mailbox.add(Task.of(parts.storage::retryStorage));
  }

  /** Tells all groups when room runs out, and when there is some again. */
  private void watchStorage() {
    if (parts.hasFailed() || parts.storage.isStorageFull() == isFull) {
      return;
    }
    boolean full = !isFull;
    isFull = full;
    for (HostLoop loop : parts.loops) {
      loop.post(Task.of(() -> loop.onStorageFull(full)));
    }
  }

  private void vouch(Task first) {
    if (parts.hasFailed()) {
      // Nothing of this is known to be durable: an acknowledgement or a vote sent now might be
      // forgotten by a crash, and a committed entry be lost or two leaders elected with it.
      return;
    }
    int sent = 0;
    for (Task task = first; task != null; task = task.next) {
      // A group that has failed may have promised what it must not; nobody is to count on it.
      if (task instanceof LogWrite write && !write.group.health().hasFailed()) {
        for (Message message : write.messagesAfterPersist) {
          parts.transport.send(write.group.id(), message);
          sent++;
        }
      }
    }
    if (sent > 0) {
      parts.transport.flush();
      parts.metrics.messagesSentAfterPersist.add(sent);
    }
    Task task = first;
    while (task != null) {
      Task following = task.next;
      if (task instanceof LogWrite write && !isFollowedBySameGroup(write, following)) {
        write.group.host().post(write);
      }
      task = following;
    }
  }

  /** A completion vouches for all before it in its group. */
  private static boolean isFollowedBySameGroup(LogWrite write, Task following) {
    return following instanceof LogWrite next && next.group == write.group;
  }

  private void close() {
    try {
      parts.storage.close();
    } catch (IOException | RuntimeException e) {
      parts.fail("the log could not be closed", e);
    }
    Runnable stopped = onStopped;
    onStopped = null;
    stopped.run();
  }
}
