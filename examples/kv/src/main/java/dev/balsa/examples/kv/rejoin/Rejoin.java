// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.rejoin;

import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberAddResponse;
import dev.balsa.examples.kv.proto.StatusResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Replaces a member that has lost its data directory.
 *
 * <p>The old member goes first and the new one comes then, as a voter. It could come as a learner
 * and be promoted later, but that would gain nothing: the old one is down, so whoever is needed for
 * a quorum while the new one catches up was needed before. And nobody has to come back to promote
 * it.
 *
 * <p>Each step can be found done when this is run again after an interruption.
 */
final class Rejoin {
  private static final int ATTEMPTS = 20;
  private static final long PAUSE_MILLIS = 500;

  private final String name;
  private final LostDirectory directory;
  private final List<String> peerUrls;
  private final ClusterClient cluster;
  private final Consumer<String> out;

  /**
   * A member that rejoins.
   *
   * @param peerUrls its peer URLs; may be empty if the cluster knows it by its name
   */
  Rejoin(
      String name,
      Path directory,
      List<String> peerUrls,
      ClusterClient cluster,
      Consumer<String> out) {
    this.name = name;
    this.directory = new LostDirectory(directory);
    this.peerUrls = peerUrls;
    this.cluster = cluster;
    this.out = out;
  }

  void run(boolean isForced, boolean isDryRun) throws RejoinException {
    try {
      String damage = directory.damage();
      if (damage == null && !isForced) {
        throw new RejoinException(
            "the log in "
                + directory.path()
                + " is intact, and the member can be started as it is; nothing was changed"
                + " (--force replaces it all the same)");
      }
      List<Member> members = cluster.members();
      Member old = find(members);
      List<String> urls = old == null ? peerUrls : old.getPeerURLsList();
      requireStopped(old);
      requireQuorumWithout(old, members);
      out.accept(damage == null ? directory.path() + " is intact" : damage);
      out.accept("the other members have a quorum without " + name);
      if (isDryRun) {
        plan(old, urls);
      } else {
        replace(old, urls);
      }
    } catch (StatusRuntimeException e) {
      throw new RejoinException(
          "the member at "
              + cluster.endpoint()
              + " says: "
              + ClusterClient.reason(e)
              + "; run this again when the others serve",
          e);
    }
  }

  // ---------------------------------------------------------------- what must hold

  /** The member as the cluster has it, null if it has none of this name or at these URLs. */
  private Member find(List<Member> members) throws RejoinException {
    List<Member> found =
        members.stream()
            .filter(
                each ->
                    each.getName().equals(name)
                        || each.getPeerURLsList().stream().anyMatch(peerUrls::contains))
            .toList();
    if (found.size() > 1) {
      throw new RejoinException(
          "several members have the name "
              + name
              + " or its peer URLs: "
              + describe(found)
              + "; remove the wrong one with 'etcdctl member remove ID', nothing was changed");
    }
    if (found.isEmpty() && peerUrls.isEmpty()) {
      throw new RejoinException(
          "the cluster has no member of the name "
              + name
              + ", it has "
              + describe(members)
              + "; correct --name, or, if it was removed, give its --peer-urls");
    }
    return found.isEmpty() ? null : found.get(0);
  }

  private static String describe(List<Member> members) {
    return String.join(
        ", ",
        members.stream()
            .map(each -> each.getName() + " (" + Long.toHexString(each.getID()) + ")")
            .toList());
  }

  /** Its directory would be moved away from under it, and it would be removed though it serves. */
  private void requireStopped(Member old) throws RejoinException {
    if (old != null && cluster.status(old) != null) {
      throw new RejoinException(
          "member "
              + name
              + " runs, at "
              + String.join(", ", old.getClientURLsList())
              + "; stop it first, nothing was changed");
    }
  }

  /**
   * Every other voter has to be well: one more voter is added, and while one is missing, the
   * cluster takes none.
   */
  private void requireQuorumWithout(Member old, List<Member> members) throws RejoinException {
    List<Member> others =
        members.stream()
            .filter(each -> !each.getIsLearner() && (old == null || each.getID() != old.getID()))
            .toList();
    if (others.isEmpty()) {
      throw new RejoinException(
          name
              + " is the only member that votes: nobody has its data; restore a copy of "
              + directory.path());
    }
    for (Member other : others) {
      StatusResponse status = cluster.status(other);
      if (status == null || status.getLeader() == 0) {
        throw new RejoinException(
            "member "
                + other.getName()
                + " ("
                + Long.toHexString(other.getID())
                + ") "
                + (status == null ? "does not answer" : "has no leader")
                + ", and the cluster takes a new member only while all others are well; start it, or"
                + " remove it with 'etcdctl member remove "
                + Long.toHexString(other.getID())
                + "' and let it rejoin after this one. Nothing was changed");
      }
    }
  }

  // ---------------------------------------------------------------- what is done

  private void plan(Member old, List<String> urls) throws RejoinException {
    if (directory.holdsSomething()) {
      out.accept("would move " + directory.path() + " to " + directory.refuge());
    }
    if (old != null) {
      out.accept("would remove member " + Long.toHexString(old.getID()));
    }
    out.accept("would add a member at " + String.join(",", urls) + " under a new id");
    out.accept("nothing was changed (--dry-run)");
  }

  private void replace(Member old, List<String> urls) throws RejoinException {
    Path refuge = null;
    if (directory.holdsSomething()) {
      refuge = directory.refuge();
      directory.moveTo(refuge);
      out.accept("moved " + directory.path() + " to " + refuge);
    }
    try {
      if (old != null) {
        remove(old.getID());
        out.accept("removed member " + Long.toHexString(old.getID()));
      }
      long id = add(urls, old != null && old.getIsLearner());
      out.accept("added member " + Long.toHexString(id) + " at " + String.join(",", urls));
      directory.makeAnew(cluster.clusterId(), id, refuge);
    } catch (StatusRuntimeException e) {
      throw new RejoinException(
          ClusterClient.reason(e)
              + "; run this again with --peer-urls "
              + String.join(",", urls)
              + " when the others serve",
          e);
    }
    out.accept("made " + directory.path() + " its data directory");
    out.accept("now start member " + name + " with the flags that it always had");
  }

  private void remove(long id) throws RejoinException {
    retry(
        () -> {
          if (cluster.members().stream().anyMatch(each -> each.getID() == id)) {
            cluster.remove(id);
          }
          return 0L;
        });
  }

  /** Adds the member once, also if nobody can tell what came of an attempt. */
  private long add(List<String> urls, boolean isLearner) throws RejoinException {
    return retry(
        () -> {
          for (Member each : cluster.members()) {
            if (each.getPeerURLsList().equals(urls)) {
              return each.getID();
            }
          }
          MemberAddResponse added = cluster.add(urls, isLearner);
          return added.getMember().getID();
        });
  }

  private interface Step {
    long take();
  }

  /** The leader may have changed, or not have heard of everybody since the last step. */
  private static long retry(Step step) throws RejoinException {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.take();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || attempt == ATTEMPTS) {
          throw e;
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RejoinException("interrupted; run this again", e);
      }
    }
  }
}
