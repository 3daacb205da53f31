// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import dev.balsa.raft.model.MemberId;

/**
 * Whose data directory this is, as written when it was formatted.
 *
 * @param clusterId the cluster's id; a hash of its token and first members
 * @param member the member's id and the directory's incarnation
 * @param bootEpoch how often the directory has been opened, this time included; durable before
 *     {@code open} returns
 */
public record LogIdentity(long clusterId, MemberId member, long bootEpoch) {}
