// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

/**
 * A hand-over of leadership under way (dissertation, section 3.10). Meanwhile nothing is proposed,
 * so that the target can catch up; it is given an election timeout, then the leader goes on.
 *
 * @param target the member to lead
 * @param deadline the tick at which it is given up
 * @param timeoutNowSent whether the target was told to campaign
 */
record LeaderTransfer(long target, long deadline, boolean timeoutNowSent) {
  LeaderTransfer sent() {
    return new LeaderTransfer(target, deadline, true);
  }
}
