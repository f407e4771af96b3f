"""How gaze and emotion go together in a set of labelled faces: the study of Zheng et al., *Perceive Emotions from
Gazes* (sections III C and IV C), as one command.

    python -m models.gaze_emotion IMAGES --labels LABELS --gaze NETWORK.onnx
"""
