/**
 * What a node of the core did, event by event: complete enough to rebuild its state from, and so to
 * check a run against a specification.
 */
package dev.balsa.raft.trace;
