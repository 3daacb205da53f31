// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.node.PeerRefusalException;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.wal.WalException;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * How a member's process ends that was not told to: what it says last, and its exit status, which
 * is another one for each thing that an operator has to do.
 *
 * @param status the exit status
 * @param lines what it says last
 */
public record Ending(int status, List<String> lines) {
  /** It was started with flags that make no sense. */
  public static final int MISUSED = 2;

  /** Something went wrong; starting it again may help. */
  public static final int FAILED = 1;

  /** Its data directory is damaged, or not the one that the cluster knows: it has to rejoin. */
  static final int DIRECTORY_LOST = 3;

  /** It was removed from the cluster. */
  public static final int REMOVED = 4;

  /** That of a member that has stopped, or could not start, for this reason. */
  public static Ending of(MemberConfig config, Throwable reason) {
    Throwable cause = reason instanceof CompletionException ? reason.getCause() : reason;
    String what = cause instanceof StartException ? "" : "stopped: ";
    if (cause instanceof RemovedException) {
      return new Ending(REMOVED, List.of(what + cause.getMessage()));
    }
    if (isDirectoryLost(cause)) {
      return new Ending(DIRECTORY_LOST, List.of(what + cause.getMessage(), remedy(config)));
    }
    return new Ending(FAILED, List.of(what + cause.getMessage()));
  }

  private static boolean isDirectoryLost(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ForgottenException
          || cause instanceof WalException log && log.isDamage()
          || cause instanceof PeerRefusalException refused && isDirectoryLost(refused.reason())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDirectoryLost(HandshakeRefusal reason) {
    return reason == HandshakeRefusal.WRONG_INCARNATION || reason == HandshakeRefusal.OLDER_COPY;
  }

  private static String remedy(MemberConfig config) {
    return "while the other members have a quorum, this replaces the member by a fresh one of the"
        + " same name and addresses; ENDPOINTS are client addresses of others:\n"
        + "    balsa-kv rejoin --name "
        + config.name()
        + " --data-dir "
        + config.dataDirectory()
        + (config.isClusterStated()
            ? " --peer-urls " + String.join(",", config.initialCluster().get(config.name()))
            : "")
        + " --endpoints ENDPOINTS";
  }
}
