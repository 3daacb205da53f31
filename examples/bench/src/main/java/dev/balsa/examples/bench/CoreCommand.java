// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Measures the core alone. */
@Command(name = "core", description = "Three members of the core in memory.")
final class CoreCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new BenchException("not yet there");
  }
}
