// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * A change of names.
 *
 * <p>Invariant: {@code gone} and {@code added} are in {@code directory}.
 *
 * @param directory whose sync makes it durable
 * @param gone the name that disappears, null if none does
 * @param added the name that appears, null if none does
 * @param node what is found under the new name; null if there is none
 */
record NameChange(Path directory, Path gone, Path added, Object node) {
  NameChange with(UnaryOperator<Object> copyOf) {
    return new NameChange(directory, gone, added, node == null ? null : copyOf.apply(node));
  }
}
