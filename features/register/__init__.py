"""The population register: how a person is looked for, and the adapters that hold the persons."""
