/** What members say to each other, in the words of the Raft paper. */
package dev.balsa.raft.message;
