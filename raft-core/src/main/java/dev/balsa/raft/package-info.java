/** The pure core's one door. */
package dev.balsa.raft;
