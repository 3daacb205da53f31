// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import java.util.Map;

/** Readys, writes and applies by hand; snapshots; crashes. */
final class DiskVerbs {
  private DiskVerbs() {}

  static void addTo(Map<String, Verbs.Verb> verbs) {
    verbs.put("hold", (world, command) -> hold(world, command, true));
    verbs.put("release", (world, command) -> hold(world, command, false));
    verbs.put("ready", DiskVerbs::ready);
    verbs.put("persist", DiskVerbs::persist);
    verbs.put("apply", DiskVerbs::apply);
    verbs.put("fetch", DiskVerbs::fetch);
    verbs.put("storage-full", DiskVerbs::storageFull);
    verbs.put("crash", DiskVerbs::crash);
    verbs.put("restart", DiskVerbs::restart);
    verbs.put("disk", DiskVerbs::disk);
    verbs.put("log", DiskVerbs::log);
    verbs.put("snapshot", DiskVerbs::snapshot);
    verbs.put("snapshot-received", (world, command) -> fetchSnapshot(world, command, true));
    verbs.put("snapshot-failed", (world, command) -> fetchSnapshot(world, command, false));
  }

  /**
   * {@code hold messages FILTER}, {@code hold writes 1}, and likewise applies, fetches, readies.
   */
  private static void hold(World world, Command command, boolean hold) {
    String what = command.word("what");
    if (what.equals("messages")) {
      world.cluster(command);
      if (hold) {
        world.hold(new Filter(command));
      } else {
        world.releaseMessages();
      }
      return;
    }
    for (TestNode node : world.nodes(command)) {
      switch (what) {
        case "writes" -> node.holdWrites(hold);
        case "applies" -> node.holdApplies(hold);
        case "fetches" -> node.holdFetches(hold);
        case "readies" -> node.holdReadies(hold);
        default -> throw command.error("cannot hold " + what);
      }
      world.cluster(command).settleNode(node);
    }
  }

  private static void ready(World world, Command command) {
    TestNode node = world.running(command);
    if (!node.takeReady()) {
      world.say(node.id() + " has nothing to say");
    }
    world.cluster(command).settleNode(node);
  }

  /** {@code persist 1 2}: the oldest two writes complete, by one sync; all without a number. */
  private static void persist(World world, Command command) {
    TestNode node = world.running(command);
    int count = command.countOr(node.writesUnderWay());
    if (!node.completeWrites(count)) {
      world.say(node.id() + " has nothing to write");
    }
    world.cluster(command).settleNode(node);
  }

  private static void apply(World world, Command command) {
    TestNode node = world.running(command);
    if (!node.completeApply()) {
      world.say(node.id() + " has nothing to apply");
    }
    world.cluster(command).settleNode(node);
    world.say(StatusWords.machine(node));
  }

  private static void fetch(World world, Command command) {
    TestNode node = world.running(command);
    if (!node.completeFetch()) {
      world.say(node.id() + " has nothing to fetch");
    }
    world.cluster(command).settleNode(node);
  }

  /** {@code storage-full 1 on}: its disk has no room for commands. */
  private static void storageFull(World world, Command command) {
    TestNode node = world.running(command);
    String is = command.word("on or off");
    if (!is.equals("on") && !is.equals("off")) {
      throw command.error("on or off, not " + is);
    }
    node.raw().storageFull(is.equals("on"));
    world.cluster(command).settleNode(node);
  }

  /** {@code crash 1 keep=2}: of its writes under way, the first two had reached the disk. */
  private static void crash(World world, Command command) {
    TestNode node = world.running(command);
    int keep = (int) command.longOption("keep", 0);
    world.say(node.id() + " crashes, writes under way: " + node.writesUnderWay());
    world.cluster(command).crash(node.id(), keep);
  }

  /** {@code restart 1}, with other settings if there are any. */
  private static void restart(World world, Command command) {
    TestNode node = world.node(command);
    if (node.isUp()) {
      throw command.error(node.id() + " runs");
    }
    world.setup().change(node, Settings.of(command));
    world.cluster(command).restart(node.id());
  }

  private static void disk(World world, Command command) {
    world.nodes(command).forEach(n -> world.say(StatusWords.log(n.id(), "disk", n.disk())));
  }

  private static void log(World world, Command command) {
    world.nodes(command).forEach(n -> world.say(StatusWords.log(n.id(), "log", n.view())));
  }

  /** {@code snapshot 1 trailing=2}: of what is applied; the log keeps two entries before it. */
  private static void snapshot(World world, Command command) {
    TestNode node = world.running(command);
    if (!node.snapshot((int) command.longOption("trailing", 0))) {
      world.say(node.id() + " takes no snapshot");
    }
    world.cluster(command).settleNode(node);
  }

  /** The file that the member asked for has come, from where it asked; or could not be had. */
  private static void fetchSnapshot(World world, Command command, boolean arrives) {
    TestNode node = world.running(command);
    SnapshotFetch fetch = node.snapshotFetch();
    if (fetch == null) {
      throw command.error(node.id() + " has asked for no snapshot");
    }
    TestNode.SnapshotFile file = null;
    if (arrives) {
      file =
          world.setup().isPlayed(fetch.from().id())
              ? new TestNode.SnapshotFile(fetch.snapshot(), List.of("..."))
              : world.node(command, fetch.from().id()).file(fetch.snapshot().id());
      if (file == null) {
        throw command.error(fetch.from().id() + " has no snapshot " + fetch.snapshot().id());
      }
    }
    node.completeSnapshotFetch(file);
    world.cluster(command).settleNode(node);
  }
}
