"""What can go wrong between faces and a model.

ScnError
├── ClassMismatch      a checkpoint or a dataset has other classes than wanted
├── CheckpointError    a checkpoint is missing, incomplete or of another configuration
├── WeightsError       a file of weights fits the model too little
├── TooFewFaces        a dataset holds too little to train on
├── NotFinite          the loss or its gradient is no number any more
├── ProcessLost        processes that trained together did not get to the end
├── RunBusy            another process is training in the run's folder
└── Interrupted        the process was asked to end; it can go on later
"""


class ScnError(Exception):
    """Base of all failures of training and evaluation."""


class ClassMismatch(ScnError):
    """The classes are not the ones wanted."""


class CheckpointError(ScnError):
    """A checkpoint cannot be used."""


class WeightsError(ScnError):
    """A file of weights fits the model too little, or is none."""


class TooFewFaces(ScnError):
    """There is too little to train on."""


class NotFinite(ScnError):
    """The loss or its gradient became infinite or undefined."""


class ProcessLost(ScnError):
    """Processes that trained together did not get to the end; the run can go on."""


class RunBusy(ScnError):
    """Another process is training in the same folder."""


class Interrupted(ScnError):
    """The process was asked to end; the run can go on from its checkpoint."""
