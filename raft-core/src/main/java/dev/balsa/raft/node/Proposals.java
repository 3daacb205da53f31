// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

/** Arrays of proposals, which Java cannot make with their type. */
final class Proposals {
  private Proposals() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  static <R> Proposal<R>[] array(int length) {
    return new Proposal[length];
  }
}
