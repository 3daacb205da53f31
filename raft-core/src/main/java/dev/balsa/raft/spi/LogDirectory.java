// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import java.io.IOException;

/**
 * Where a member's log is, or will be: what is known before it is opened. A log is made for one
 * cluster, and a member that joins one learns only then which.
 */
public interface LogDirectory {
  /**
   * Whether a log is here; false for a place that is empty.
   *
   * @throws IOException if something else is here, or a log that is not whole
   */
  boolean isFormatted() throws IOException;

  /**
   * Makes an empty place the log of this member. Durable on return.
   *
   * @param clusterId the cluster's id
   * @param memberId the member's id, not 0
   * @throws IOException if the place is not empty
   */
  void format(long clusterId, long memberId) throws IOException;

  /**
   * Opens the log that is here.
   *
   * @throws IOException if there is none, somebody else has it, or it is not intact
   */
  LogEngine open() throws IOException;
}
