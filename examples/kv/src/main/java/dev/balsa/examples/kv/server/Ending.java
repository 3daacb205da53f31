// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.node.PeerRefusalException;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.wal.WalException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

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
    boolean isRefused = isAmong(cause, Ending::isDirectoryRefused);
    if (isRefused || isAmong(cause, Ending::isDirectoryLost)) {
      return new Ending(
          DIRECTORY_LOST, List.of(what + cause.getMessage(), remedy(config, isRefused)));
    }
    return new Ending(FAILED, List.of(what + cause.getMessage()));
  }

  private static boolean isAmong(Throwable failure, Predicate<Throwable> kind) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (kind.test(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDirectoryLost(Throwable cause) {
    return cause instanceof ForgottenException
        || cause instanceof WalException log && log.isDamage();
  }

  /** Nothing is wrong with it but that it is not, or no longer, what the cluster counts on. */
  private static boolean isDirectoryRefused(Throwable cause) {
    return cause instanceof PeerRefusalException refused
        && (refused.reason() == HandshakeRefusal.WRONG_INCARNATION
            || refused.reason() == HandshakeRefusal.OLDER_COPY);
  }

  private static String remedy(MemberConfig config, boolean isIntact) {
    return "while the other members have a quorum, this replaces the member by a fresh one of the"
        + " same name and addresses; ENDPOINTS are client addresses of others:\n"
        + "    balsa-kv rejoin --name "
        + config.name()
        + " --data-dir "
        + config.dataDirectory()
        + (config.isClusterStated()
            ? " --peer-urls " + String.join(",", config.initialCluster().get(config.name()))
            : "")
        // An intact directory is replaced only by one who insists.
        + (isIntact ? " --force" : "")
        + " --endpoints ENDPOINTS";
  }
}
