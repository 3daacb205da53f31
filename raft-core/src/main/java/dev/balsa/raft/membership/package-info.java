/** Which configuration is in force, and how it follows the log. */
package dev.balsa.raft.membership;
