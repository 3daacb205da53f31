// SPDX-License-Identifier: Apache-2.0
/**
 * A deterministic world for replicated services: the real core, host, log and codec in one thread,
 * under virtual time, on a simulated network and simulated disks, from one seed.
 *
 * <p>{@link dev.balsa.raft.simulator.Simulation} is the door. A run draws everything from {@link
 * dev.balsa.raft.simulator.Chance}: delays, crashes, what clients do, in which order workers turn.
 * The same seed gives the same run, event for event, which {@link
 * dev.balsa.raft.simulator.SeedResult#traceHash} shows.
 */
package dev.balsa.raft.simulator;
