/** Trace scripts: commands in, the whole trace out, compared line by line with what is expected. */
package dev.balsa.raft.script;
