// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

/** What the clients propose. */
@FunctionalInterface
public interface Workload {
  /**
   * A client's next command.
   *
   * @param chance the client's own; to be used for every choice
   * @param client the client's number, from 1
   * @param sequence the command's number with this client, from 1
   */
  byte[] command(Chance chance, long client, long sequence);
}
