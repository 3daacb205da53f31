/** What every log engine and every transport passes, and implementations in memory for tests. */
package dev.balsa.raft.contract;
