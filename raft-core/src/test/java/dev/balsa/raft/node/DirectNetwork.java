// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;

/** Transports that hand a message to the other member's listener on the sender's thread. */
final class DirectNetwork {
  private final ConcurrentHashMap<Long, Transport.Listener> listeners = new ConcurrentHashMap<>();

  Transport transport() {
    return new Transport() {
      private LogIdentity self;

      @Override
      public void start(LogIdentity identity, Listener listener) {
        self = identity;
        listeners.put(identity.member().id(), listener);
      }

      @Override
      public void addPeer(long id, String address) {}

      @Override
      public void removePeer(long id) {}

      @Override
      public void send(long group, Message message) {
        Listener listener = listeners.get(message.to());
        if (listener != null) {
          listener.onMessage(group, message);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {
        receiver.onFailure(new IOException("nobody lags here"));
      }

      @Override
      public void close() {
        if (self != null) {
          listeners.remove(self.member().id());
        }
      }
    };
  }
}
