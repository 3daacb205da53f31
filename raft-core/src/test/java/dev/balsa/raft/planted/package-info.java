/** Bugs to be planted on purpose: each scenario's test must fail when its rule is broken. */
package dev.balsa.raft.planted;
