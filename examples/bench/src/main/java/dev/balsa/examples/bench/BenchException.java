// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

/** What stops a benchmark, told to the person who ran it: the thing and the remedy. */
final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    super(message);
  }
}
