// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * What became of a proposal at once: appended from {@code first} on, or refused.
 *
 * @param first the id of the first payload's entry; the others follow it. Null if refused
 * @param refusal why nothing was appended. Null if accepted
 */
public record ProposeResult(EntryId first, Refusal refusal) {
  public static ProposeResult accepted(EntryId first) {
    return new ProposeResult(first, null);
  }

  public static ProposeResult refused(Refusal refusal) {
    return new ProposeResult(null, refusal);
  }

  public boolean isAccepted() {
    return refusal == null;
  }
}
