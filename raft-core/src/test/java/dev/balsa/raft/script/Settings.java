// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.testkit.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** A member's settings as options of a command. */
final class Settings {
  private static final List<String> FLAGS = List.of("pre-vote", "check-quorum");
  private static final List<String> NUMBERS =
      List.of(
          "election-ticks",
          "heartbeat-ticks",
          "disk-stall-ticks",
          "max-bytes-per-append",
          "max-inflight-appends",
          "max-inflight-bytes",
          "max-uncommitted-bytes",
          "max-bytes-per-apply",
          "max-unapplied-bytes",
          "entry-cache-bytes");

  private Settings() {}

  /** Takes every setting that the command has. */
  static UnaryOperator<RaftConfig.Builder> of(Command command) {
    List<UnaryOperator<RaftConfig.Builder>> changes = new ArrayList<>();
    for (String key : FLAGS) {
      if (command.has(key)) {
        boolean value = command.flag(key, true);
        changes.add(changed((config, v) -> flag(config, key, v), value));
      }
    }
    for (String key : NUMBERS) {
      if (command.has(key)) {
        int value = (int) command.longOption(key, 0);
        changes.add(changed((config, v) -> number(config, key, v), value));
      }
    }
    UnaryOperator<RaftConfig.Builder> all =
        config -> {
          changes.forEach(change -> change.apply(config));
          return config;
        };
    // Values that no member takes are a mistake of this command, not of a later one.
    all.apply(RaftConfig.builder(TestNode.memberId(1))).build();
    return all;
  }

  private static <T> UnaryOperator<RaftConfig.Builder> changed(
      BiConsumer<RaftConfig.Builder, T> setter, T value) {
    return config -> {
      setter.accept(config, value);
      return config;
    };
  }

  private static RaftConfig.Builder flag(RaftConfig.Builder config, String key, boolean value) {
    return key.equals("pre-vote") ? config.preVote(value) : config.checkQuorum(value);
  }

  private static RaftConfig.Builder number(RaftConfig.Builder config, String key, int value) {
    return switch (key) {
      case "election-ticks" -> config.electionTicks(value);
      case "heartbeat-ticks" -> config.heartbeatTicks(value);
      case "disk-stall-ticks" -> config.diskStallTicks(value);
      case "max-bytes-per-append" -> config.maxBytesPerAppend(value);
      case "max-inflight-appends" -> config.maxInflightAppends(value);
      case "max-inflight-bytes" -> config.maxInflightBytes(value);
      case "max-uncommitted-bytes" -> config.maxUncommittedBytes(value);
      case "max-bytes-per-apply" -> config.maxBytesPerApply(value);
      case "max-unapplied-bytes" -> config.maxUnappliedBytes(value);
      case "entry-cache-bytes" -> config.entryCacheBytes(value);
      default -> throw new IllegalArgumentException("no setting " + key);
    };
  }
}
