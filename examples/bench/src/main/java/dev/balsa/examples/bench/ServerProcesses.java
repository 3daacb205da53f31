// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * The processes that listen on a target's endpoints, if all of them are on this machine and may be
 * looked at: found through {@code /proc}, so on Linux only. CPU time is what the kernel counts, in
 * hundredths of a second.
 */
final class ServerProcesses {
  private static final Path PROC = Path.of("/proc");
  private static final double TICKS_PER_SECOND = 100;
  private static final String LISTENING = "0A";

  private final Set<Long> pids;

  private ServerProcesses(Set<Long> pids) {
    this.pids = pids;
  }

  static ServerProcesses of(Target target) {
    Set<Long> pids = new TreeSet<>();
    for (String endpoint : target.endpoints()) {
      OptionalLong pid =
          isLocal(endpoint) ? listener(Target.portOf(endpoint)) : OptionalLong.empty();
      if (pid.isEmpty()) {
        return new ServerProcesses(Set.of());
      }
      pids.add(pid.getAsLong());
    }
    return new ServerProcesses(pids);
  }

  /** CPU seconds used so far by all of them; NaN if they are not all known. */
  double cpuSeconds() {
    if (pids.isEmpty()) {
      return Double.NaN;
    }
    double ticks = 0;
    for (long pid : pids) {
      ticks += ticks(pid);
    }
    return ticks / TICKS_PER_SECOND;
  }

  private static double ticks(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      // The command's name, in parentheses, may hold blanks: count fields after it. See proc(5).
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static boolean isLocal(String endpoint) {
    try {
      return InetAddress.getByName(Target.hostOf(endpoint)).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static OptionalLong listener(int port) {
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String inode : listeningInodes(table, port)) {
        OptionalLong pid = ownerOf("socket:[" + inode + "]");
        if (pid.isPresent()) {
          return pid;
        }
      }
    }
    return OptionalLong.empty();
  }

  private static List<String> listeningInodes(String table, int port) {
    List<String> inodes = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(PROC.resolve(table))) {
        String[] fields = line.strip().split("\\s+");
        boolean ours =
            fields.length > 9
                && fields[3].equals(LISTENING)
                && fields[1].endsWith(":%04X".formatted(port));
        if (ours) {
          inodes.add(fields[9]);
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    return inodes;
  }

  private static OptionalLong ownerOf(String socket) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, socket)) {
          return OptionalLong.of(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }

  private static boolean holds(Path process, String socket) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.readSymbolicLink(descriptor).toString().equals(socket)) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // Another user's, or gone meanwhile.
      return false;
    }
    return false;
  }
}
