/** A node's whole state told piece by piece: for simulation and exploration. */
package dev.balsa.raft.state;
