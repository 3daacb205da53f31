// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.MemberId;
import java.util.Objects;

/**
 * Where a message comes from and where it goes. A node keeps one per peer and shares it among all
 * its messages.
 *
 * @param from the sender, with its incarnation
 * @param to the receiver; its incarnation is 0 as long as the sender does not know it
 */
public record Route(MemberId from, MemberId to) {
  public Route {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
  }
}
