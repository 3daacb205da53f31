/** The only place of the core that makes threads and reads the clock. */
package dev.balsa.raft.node.threads;
