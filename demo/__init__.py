"""The demo's world: synthetic faces, a stand-in for the video site, tiny benchmarks."""
