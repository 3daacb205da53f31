/**
 * The algorithm: roles, terms, votes, replication, reads. One {@code Raft} holds what all share.
 */
package dev.balsa.raft.engine;
