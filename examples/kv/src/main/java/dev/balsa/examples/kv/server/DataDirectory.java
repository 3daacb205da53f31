// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.spi.Introduction;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalConfig;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Opens a member's log, or makes it: decides which member of which cluster an empty directory
 * becomes, and whether a full one is this member's.
 */
final class DataDirectory {
  private static final int ATTEMPTS = 20;
  private static final long PAUSE_MILLIS = 500;

  private final MemberConfig config;
  private final Survey survey;

  DataDirectory(MemberConfig config, Survey survey) {
    this.config = config;
    this.survey = survey;
  }

  Wal open() throws StartException {
    Path directory = config.dataDirectory();
    try {
      if (Wal.isFormatted(WalConfig.of(directory))) {
        return openOwn(directory);
      }
      if (config.isJoining()) {
        Introduction cluster = awaitInvitation();
        long id = new Survey.Findings(cluster, 0, 0).idAt(config.address());
        return Wal.openOrFormat(directory, cluster.clusterId(), id);
      }
      requireFoundingOrKnown();
      return Wal.openOrFormat(directory, config.clusterId(), config.memberId());
    } catch (IOException e) {
      throw new StartException(
          "cannot use the data directory " + directory + " (--data-dir): " + reasonOf(e), e);
    }
  }

  // ---------------------------------------------------------------- a full directory

  private Wal openOwn(Path directory) throws IOException, StartException {
    Wal wal = Wal.open(directory);
    String problem =
        config.isClusterStated() && !config.isJoining() ? foreign(wal.identity()) : null;
    if (problem == null) {
      return wal;
    }
    wal.close();
    throw new StartException(
        "cannot use the data directory " + directory + " (--data-dir): " + problem);
  }

  /**
   * Why a directory with this identity cannot be that of the member that the flags describe, or
   * null. Members that were added later have other ids than the first ones.
   */
  private String foreign(LogIdentity identity) {
    if (identity.clusterId() != config.clusterId()) {
      return "it belongs to cluster "
          + Long.toHexString(identity.clusterId())
          + ", and the flags describe cluster "
          + Long.toHexString(config.clusterId())
          + "; point this member to its own directory, or correct --initial-cluster and"
          + " --initial-cluster-token; if addresses have changed since the cluster began, give"
          + " --initial-cluster-state existing";
    }
    long id = identity.member().id();
    for (Map.Entry<String, Long> first : config.firstIds().entrySet()) {
      if (first.getValue() == id && !first.getKey().equals(config.name())) {
        return "it belongs to member "
            + first.getKey()
            + "; point each member to its own directory";
      }
    }
    return null;
  }

  // ---------------------------------------------------------------- an empty directory

  /** What the members say of a cluster that names this one. */
  private Introduction awaitInvitation() throws StartException {
    for (int attempt = 1; ; attempt++) {
      Survey.Findings findings = survey.ask(config.otherAddresses());
      if (findings.idAt(config.address()) != 0) {
        return findings.agreed();
      }
      if (findings.agreed() != null) {
        throw new StartException(
            "the cluster has no member at "
                + config.address()
                + ", it has "
                + String.join(", ", findings.agreed().addresses().values())
                + "; add this one first: etcdctl member add "
                + config.name()
                + " --peer-urls="
                + String.join(",", config.initialCluster().get(config.name())));
      }
      if (attempt == ATTEMPTS) {
        throw new StartException(
            "cannot join: of the "
                + findings.asked()
                + " other members in --initial-cluster, "
                + findings.answered()
                + " say which cluster that is, and too few agree; see that they are up and can be"
                + " reached from here");
      }
      pause();
    }
  }

  private static void pause() throws StartException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted", e);
    }
  }

  /**
   * A member that begins its cluster finds nobody, or others that begin it too, and know it. If the
   * others have replaced it, nobody would ever hear it.
   */
  private void requireFoundingOrKnown() throws StartException {
    Introduction cluster = survey.ask(config.otherAddresses()).agreed();
    if (cluster != null
        && cluster.clusterId() == config.clusterId()
        && !cluster.addresses().containsKey(config.memberId())) {
      throw new ForgottenException(
          "the cluster exists, and has removed or replaced member "
              + config.name()
              + " ("
              + Long.toHexString(config.memberId())
              + "), whose data directory "
              + config.dataDirectory()
              + " is empty");
    }
  }

  /** Errors of the file system say what they mean by their type alone. */
  private static String reasonOf(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for "
          + denied.getFile()
          + "; let this user read and write it, or choose another directory";
    }
    if (e instanceof FileSystemException failed) {
      return failed.getClass().getSimpleName().replace("Exception", "")
          + " "
          + failed.getMessage()
          + "; see to it, or choose another directory";
    }
    return e.getMessage();
  }
}
