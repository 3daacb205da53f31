// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport.Handshake;
import dev.balsa.raft.spi.Transport.Listener;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import java.io.IOException;
import java.util.Map;

/** Tells another listener everything, but what a test overrides. */
class ForwardingListener implements Listener {
  private final Listener to;

  ForwardingListener(Listener to) {
    this.to = to;
  }

  @Override
  public void onMessage(long group, Message message) {
    to.onMessage(group, message);
  }

  @Override
  public void onUnreachable(long peer) {
    to.onUnreachable(peer);
  }

  @Override
  public Map<Long, String> addresses() {
    return to.addresses();
  }

  @Override
  public RefusedHandshake onHandshake(Handshake handshake) {
    return to.onHandshake(handshake);
  }

  @Override
  public void onRefused(long peer, RefusedHandshake refused) {
    to.onRefused(peer, refused);
  }

  @Override
  public SnapshotStore.Source openSnapshot(long group, EntryId snapshot) throws IOException {
    return to.openSnapshot(group, snapshot);
  }
}
