// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/** The roles of the paper's figure 4, and the pre-candidate of the dissertation's section 9.6. */
public enum RoleType {
  FOLLOWER,
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
