/** What a majority is: small total functions over the voters of a configuration. */
package dev.balsa.raft.quorum;
