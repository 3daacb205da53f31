/** The values that go into the core and come out of it. */
package dev.balsa.raft.model;
