// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * What a member believes and may forget: its role and who leads.
 *
 * @param role this member's role
 * @param leader the id of the leader of the current term, 0 if not known
 */
public record SoftState(RoleType role, long leader) {}
