/** Explores every state that a small cluster of real nodes can get into, breadth first. */
package dev.balsa.raft.explorer;
