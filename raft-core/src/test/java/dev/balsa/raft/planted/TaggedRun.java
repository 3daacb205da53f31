// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.planted;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests with one tag: exit code 0 if all pass, 1 if one fails, 3 if there is none. */
final class TaggedRun {
  private TaggedRun() {}

  /** Arguments: the tag, then names of classes. */
  public static void main(String[] args) {
    List<DiscoverySelector> selectors = new ArrayList<>();
    Arrays.stream(args).skip(1).map(DiscoverySelectors::selectClass).forEach(selectors::add);
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectors)
            .filters(TagFilter.includeTags(args[0]))
            .configurationParameter("jqwik.database", "target/jqwik-database")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 3);
    if (summary.getTestsStartedCount() == 0) {
      System.exit(3);
    }
    System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
  }
}
