// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import dev.balsa.raft.model.Persist;

/**
 * One Ready's write for one group.
 *
 * @param group the group's id
 * @param persist what to write
 */
public record GroupWrite(long group, Persist persist) {}
