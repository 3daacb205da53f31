/** A leader's view of how far each other member is. */
package dev.balsa.raft.tracker;
