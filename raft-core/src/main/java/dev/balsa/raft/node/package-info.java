/** Runs the core: the duty cycle, its workers, and the futures that clients wait on. */
package dev.balsa.raft.node;
