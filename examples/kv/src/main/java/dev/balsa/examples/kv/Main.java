// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv;

/** Starts one member of the key-value cluster. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.err.println("balsa-kv: not there yet");
    System.exit(1);
  }
}
