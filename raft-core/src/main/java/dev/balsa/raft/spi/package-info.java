/** What a user may replace: the transport, the log engine and the state machine. */
package dev.balsa.raft.spi;
