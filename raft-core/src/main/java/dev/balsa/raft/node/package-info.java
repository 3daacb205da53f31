// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the core: the duty cycle, its workers, and the futures that clients wait on.
 *
 * <p>A {@link dev.balsa.raft.node.RaftNode} is one member of one group, with threads of its own:
 * what most users want. A {@link dev.balsa.raft.node.RaftHost} serves many groups over one log and
 * one transport, and is turned by whoever owns it. It is made of these {@linkplain
 * dev.balsa.raft.node.Agent agents}:
 *
 * <pre>
 *   transport, clients, clock --&gt; loop --+--&gt; transport (messages that promise nothing)
 *                                 ^      +--&gt; log ------&gt; transport (acknowledgements, once durable)
 *                                 |      +--&gt; apply ----&gt; futures
 *                                 |      +--&gt; snapshot, fetch
 *                                 +---------- what they have done
 * </pre>
 *
 * <p>The loop alone touches the cores; the apply worker alone touches the state machines and ends
 * futures; the log worker alone writes the log, and vouches for it. They hand each other tasks
 * through mailboxes, never locks.
 */
package dev.balsa.raft.node;
