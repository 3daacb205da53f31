/** The member's own log: what it holds, what of it is durable, committed and applied. */
package dev.balsa.raft.log;
