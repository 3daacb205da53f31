/** Which configuration is in force, how it follows the log, and which may come next. */
package dev.balsa.raft.membership;
