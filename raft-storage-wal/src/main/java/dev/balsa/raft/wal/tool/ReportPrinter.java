// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.tool;

import dev.balsa.raft.wal.inspect.DamagedRange;
import dev.balsa.raft.wal.inspect.DamagedRange.LostEntries;
import dev.balsa.raft.wal.inspect.GroupReport;
import dev.balsa.raft.wal.inspect.LogReport;
import dev.balsa.raft.wal.inspect.SegmentReport;
import dev.balsa.raft.wal.inspect.SnapshotReport;
import java.io.PrintWriter;

/** A report for people. */
final class ReportPrinter {
  private static final String SEGMENT_ROW = "  %-24s %6s %12s %12s %8s %8s  %s%n";
  private static final String GROUP_ROW = "  %-20s %8s %16s %10s %10s %10s %10s%n";

  private final PrintWriter out;

  ReportPrinter(PrintWriter out) {
    this.out = out;
  }

  /** Whose log it is, and what is in it. */
  void contents(LogReport report) {
    out.printf("directory    %s%n", report.directory());
    if (report.identity() != null) {
      out.printf("cluster      %016x%n", report.identity().clusterId());
      out.printf("member       %016x%n", report.identity().member().id());
      out.printf("incarnation  %016x%n", report.identity().member().incarnation());
      out.printf("boot epoch   %d%n", report.identity().bootEpoch());
    }
    segments(report);
    groups(report);
    snapshots(report);
    out.println();
  }

  private void segments(LogReport report) {
    out.printf("%nsegments     %d%n", report.segments().size());
    out.printf(SEGMENT_ROW, "file", "use", "bytes", "written", "batches", "records", "");
    for (SegmentReport segment : report.segments()) {
      out.printf(
          SEGMENT_ROW,
          segment.file().getFileName(),
          segment.epoch(),
          segment.bytes(),
          segment.usedBytes(),
          segment.batches(),
          segment.records(),
          segment.sealed() ? "sealed" : "open");
    }
  }

  private void groups(LogReport report) {
    out.printf("%ngroups       %d%n", report.groups().size());
    out.printf(GROUP_ROW, "group", "term", "vote", "commit", "snapshot", "first", "last");
    for (GroupReport group : report.groups()) {
      out.printf(
          GROUP_ROW,
          group.group(),
          group.hardState().term(),
          Long.toHexString(group.hardState().votedFor()),
          group.hardState().commit(),
          group.snapshot().index(),
          group.firstIndex(),
          group.last().index());
    }
  }

  private void snapshots(LogReport report) {
    out.printf("%nsnapshots    %d%n", report.snapshots().size());
    for (SnapshotReport snapshot : report.snapshots()) {
      out.printf(
          "  %s  %d bytes, %s%n",
          snapshot.file().getFileName(),
          snapshot.bytes(),
          snapshot.finished() ? "finished" : "unfinished: removed or resumed at the next start");
    }
  }

  /** What is damaged, and what a start will make of it. */
  void verdict(LogReport report) {
    report.damage().forEach(this::damage);
    for (SnapshotReport snapshot : report.snapshots()) {
      if (!snapshot.problem().isEmpty()) {
        out.printf("damaged: %s%n", snapshot.problem());
      }
    }
    if (!report.start().opens()) {
      out.printf("on start: the member stops. %s%n", report.start().refusal());
    } else if (report.start().trimmedBytes() > 0) {
      out.printf(
          "on start: the log opens. %d bytes of a write that a crash cut short, and that was never"
              + " acknowledged, are removed%n",
          report.start().trimmedBytes());
    } else {
      out.println("on start: the log opens, nothing is removed");
    }
    if (report.isClean()) {
      out.println("clean");
    }
  }

  private void damage(DamagedRange range) {
    out.printf(
        "damaged: %s, bytes %d to %d (log position %d): %s%n",
        range.file(), range.from(), range.to(), range.position(), range.reason());
    for (LostEntries lost : range.entries()) {
      out.printf(
          "         group %d: entries %d to %d stood there%n",
          lost.group(), lost.indexes().first(), lost.indexes().last());
    }
  }
}
