// SPDX-License-Identifier: Apache-2.0
/** What must hold, a class for each property: pure listeners that look at what has changed. */
package dev.balsa.raft.simulator.check;
